"""A plug-in of the older form, which reads another field."""


def dynamic_metadata(field, settings, project):
    return settings["result"].format(version=project["version"])


def dynamic_wheel(field, settings):
    return field == "description"
