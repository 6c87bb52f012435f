"""The fault campaign: a real vendor process, real program processes, killed and lied to, and run again until done."""
