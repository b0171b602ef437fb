def arrange(text, blocks, doubts):
    return blocks
