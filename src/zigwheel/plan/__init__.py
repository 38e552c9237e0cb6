"""(Config, Target) becomes a BuildPlan: the truth about what is compiled and how."""
