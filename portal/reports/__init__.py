"""Facts for paper, their templates' words, and the way to a PDF; whoever may read them is the doors' matter."""
