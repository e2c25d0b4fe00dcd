"""How static files are kept in production: under names that hold their hash."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORT = r'(?P<matched>\b(?P<word>from|import) "(?P<url>\.{1,2}/[^"]+)";)'


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Our modules import each other under these names too.

    A page of a new release then never runs a module of the one before, and no import
    map stands in the page, which the content security policy would refuse. Django's
    own switch for this would read the modules of every package as well, and fails on
    one that names a file which the package does not bring.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", ((IMPORT, '%(word)s "%(url)s";'),)),
    )
    # Each pass settles one more level of imports; the grid has seven.
    max_post_process_passes = 12
