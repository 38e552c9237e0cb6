"""A plug-in with every hook: it adds to what is static, and may differ in the wheel."""

from zoo_common import PIN


def get_requires_for_dynamic_metadata(settings):
    return [PIN, "packaging>=24"]


def dynamic_metadata(settings, project):
    import zoo_common

    return {
        "dependencies": [f"{zoo_common.PIN}=={project['version']}"],
        "optional-dependencies": {"test": ["hypothesis"], "docs": ["sphinx"]},
    }


def dynamic_wheel(settings):
    return {"dependencies": True, "optional-dependencies": False}
