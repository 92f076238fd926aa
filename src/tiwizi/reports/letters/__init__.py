"""Letters and cards: what the records answer, put into words (statements.py, others.py), laid out by Typst (print.py).

    content = statement(recipient, files, told, head=head, on=day, care=True)   # plain values: what is kept
    pdf = printed([content])                                                    # the same content, the same bytes

All that a letter says is text of ours or data handed over as JSON, never markup: a name cannot be a command.
"""
