"""Parameters declared once; scenario, theatre, sweep and claims files read, checked and layered."""
