"""How sections judge their initiatives at mid-year and year-end, and how the council judges them.

forms      the grade lists of the city's form: data, in grades/*.toml
rules      what may follow what, who may do it, what is due when
services   save, submit, withdraw, approve, return, reopen; the council's grades; reminders
queries    one evaluation with everything beside it, the matrix of a plan, what a section owes
"""
