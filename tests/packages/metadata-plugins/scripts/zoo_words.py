"""A plug-in that is a class, with state: it sees what is built and what came before it."""


class Words:
    def build_state(self, state):
        self.state = state

    def dynamic_metadata(self, settings, project):
        text = f"{settings['greeting']} from {project['name']} {project['version']} ({self.state})"
        return {
            "description": text,
            "readme": {"text": f"# {text}\n", "content-type": "text/markdown"},
        }

    def dynamic_wheel(self, settings):
        return {"description": True, "readme": True}
