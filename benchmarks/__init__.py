"""Speed, memory and quality beside the peers; see README.md in this folder."""
