"""What the command `ce-calendar` does; cli.py names the words of it."""
