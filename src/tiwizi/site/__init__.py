"""How Tiwizi is assembled: the settings of the framework, from the environment."""
