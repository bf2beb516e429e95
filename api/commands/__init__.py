"""One module a command, loaded only when the command is called: nobody waits for a library he does not use."""
