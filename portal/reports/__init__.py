"""Facts for paper, and the way from them to a PDF; who may read them is the doors' matter."""
