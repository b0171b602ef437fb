from kuyakusho.core.retention import keep

keep(
    "text.Reading",
    "as long as the word is read so in the ward",
    owner="広報 (publishing)",
    why="the ward dictionary; a correction names who made it by reference only",
)
keep(
    "text.AnnotatedText",
    "until the dictionary changes",
    owner="広報 (publishing)",
    why="worked out from public text, made anew whenever it is missing",
)
