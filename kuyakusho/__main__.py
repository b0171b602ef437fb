"""`python -m kuyakusho`, the same as the command `kuyakusho`."""

from kuyakusho.site.cli import main

main(prog_name="kuyakusho")
