"""How a request becomes a page: blocks, forms, errors, headers, words by locale."""
