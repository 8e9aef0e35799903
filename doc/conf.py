"""Documentation; build it with `python -m sphinx -W doc doc/_build/html`.

The examples run when they are new or have changed; with `-D plot_gallery=0` none runs.
"""

import matplotlib as mpl

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
    "sphinx_gallery.gen_gallery",
]
templates_path = ["_templates"]
exclude_patterns = ["_build", "examples", "**sg_execution_times.rst"]
nitpicky = False

autosummary_generate = True
autodoc_typehints = "none"  # numpydoc tables say it in words
# What scikit-learn's base classes document is written in its own words and labels.
numpydoc_show_inherited_class_members = False
numpydoc_class_members_toctree = False

doctest_test_doctest_blocks = ""  # the docstrings are run by pytest

sphinx_gallery_conf = {
    "examples_dirs": "examples",
    "gallery_dirs": "auto_examples",
    "within_subsection_order": "FileNameSortKey",
    "doc_module": ("sklearn_hpo",),
    "backreferences_dir": "api/examples",
    "parallel": 2,
    "inspect_global_variables": False,  # the base classes of what is used are not
    "reference_url": {"sklearn_hpo": None},
    "reset_modules": (),  # they would forget what follows
    "image_srcset": ["2x"],
    "show_memory": False,
    "show_signature": False,
    "download_all_examples": False,
}
# White behind the axes, so that a picture can be read on a dark page too.
mpl.use("agg")
mpl.rcParams.update(
    {
        "axes.spines.right": False,
        "axes.spines.top": False,
        "figure.facecolor": "white",
        "savefig.facecolor": "white",
    }
)

html_theme = "pydata_sphinx_theme"
html_title = f"sklearn_hpo {version}"
html_show_sourcelink = False
html_theme_options = {"show_toc_level": 2, "navigation_with_keys": False}
