"""Documentation; build it with `python -m sphinx -W doc doc/_build/html`."""

from sklearn_hpo import __version__

project = "sklearn_hpo"
author = "the sklearn_hpo developers"
copyright = f"2026, {author}"
version = release = __version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.doctest",
]
templates_path = ["_templates"]
exclude_patterns = ["_build"]
nitpicky = False

autosummary_generate = True
autodoc_typehints = "none"  # numpydoc tables say it in words
# What scikit-learn's base classes document is written in its own words and labels.
numpydoc_show_inherited_class_members = False
numpydoc_class_members_toctree = False

doctest_test_doctest_blocks = ""  # the docstrings are run by pytest

html_theme = "pydata_sphinx_theme"
html_title = f"sklearn_hpo {version}"
html_show_sourcelink = False
html_theme_options = {"show_toc_level": 2, "navigation_with_keys": False}
