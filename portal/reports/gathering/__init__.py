"""From records to the facts of papers: reads rows that the reader may see, changes nothing."""
