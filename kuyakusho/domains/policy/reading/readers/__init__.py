from ..source import SourceText
def read_document(data, filename): return SourceText(data.decode())
