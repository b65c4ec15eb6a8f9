"""Web addresses that lead to a picture, a recording or an archive and not to a document."""

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, unquote, urlsplit

from tracker.choices import Risk

MEDIA_ENDINGS = frozenset(
    "jpg jpeg jpe jfif png apng gif webp bmp tif tiff heic heif avif svg svgz ico raw cr2 nef dng psd "
    "mp4 m4v mov avi mkv webm wmv flv f4v mpg mpeg m2ts 3gp 3g2 ogv vob m3u8 "
    "mp3 wav ogg oga opus flac aac m4a wma amr aiff mid".split()
)
ARCHIVE_ENDINGS = frozenset(
    "zip zipx rar 7z tar gz tgz bz2 tbz tbz2 xz txz zst lz lzma cab iso dmg img jar apk exe msi torrent".split()
)
# Where people put pictures, recordings and files. A name stands for all that ends in it.
_MEDIA_HOSTS = (
    "youtube.com youtu.be youtube-nocookie.com ytimg.com vimeo.com vimeocdn.com dailymotion.com instagram.com "
    "cdninstagram.com tiktok.com imgur.com flickr.com flic.kr staticflickr.com pinterest.com snapchat.com twitch.tv "
    "likee.video rutube.ru coub.com giphy.com tenor.com gfycat.com ibb.co imgbb.com postimg.cc photobucket.com "
    "500px.com unsplash.com soundcloud.com spotify.com vk.video vkvideo.ru twimg.com fbcdn.net userapi.com "
    "photos.google.com photos.app.goo.gl bitchute.com odysee.com streamable.com"
).split()
_SHARING_HOSTS = (
    "mega.nz mega.io mega.co.nz dropbox.com dropboxusercontent.com wetransfer.com we.tl mediafire.com gofile.io "
    "anonfiles.com zippyshare.com sendspace.com rapidgator.net uploaded.net 4shared.com pixeldrain.com file.io "
    "transfer.sh dropmefiles.com filebin.net krakenfiles.com workupload.com fex.net disk.yandex.ru disk.yandex.com "
    "yadi.sk cloud.mail.ru 1fichier.com terabox.com icloud.com 1drv.ms onedrive.live.com t.me telegram.me "
    "telegra.ph drive.google.com"
).split()
# Sites that hold pages too: only these parts of theirs are media.
_PARTS = (
    (
        re.compile(r"(?:^|\.)(?:vk\.com|vk\.ru|vkontakte\.ru)$"),
        re.compile(r"[/=](?:video|photo|album|clip|audio|wall\S*?[?&]z=(?:photo|video))", re.I),
    ),
    (re.compile(r"(?:^|\.)ok\.ru$"), re.compile(r"/(?:video|\S*photo|live)", re.I)),
    (
        re.compile(r"(?:^|\.)(?:facebook\.com|fb\.com|fb\.watch)$"),
        re.compile(r"/(?:watch|photo|reel|\S*/videos?|\S*/photos?)|^/?$", re.I),
    ),
    (re.compile(r"(?:^|\.)(?:twitter\.com|x\.com)$"), re.compile(r"/(?:photo|video)/\d", re.I)),
    (re.compile(r"(?:^|\.)yandex\.(?:ru|com|kz)$"), re.compile(r"/(?:images|video|d/|i/)", re.I)),
    (re.compile(r"(?:^|\.)google\.\w+(?:\.\w+)?$"), re.compile(r"/imgres|[?&](?:tbm=isch|udm=2)", re.I)),
)
_ENDING = re.compile(r"\.([a-z0-9]{1,7})(?=$|[;,:!?&#/\"'\s)\]}|*=])")
# A path is decoded until nothing is hidden in it any more, but not without end.
_MOST_DECODINGS = 4
_MOST_LETTERS = 4000


def link_risks(address: str) -> Sequence[Risk]:
    """Return why a web address may be no link to a document: it leads to a picture, a recording or an archive."""
    plain = _decoded(address[:_MOST_LETTERS])
    # Browsers leave these out of an address; so does who wants them overlooked.
    plain = re.sub(r"[\x00-\x20\u200b-\u200f\ufeff\u00ad]", "", plain).lower().replace("\\", "/")
    if re.match(r"(?:data|javascript|vbscript|blob|file|ftp|magnet|intent):", plain):
        return [Risk.MEDIA]
    try:
        parts = urlsplit(plain)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return []
    found = set(_by_host(host, plain[plain.find(host) + len(host) :] if host else ""))
    for piece in (*_last(parts.path), *_values(parts.query), *_values(parts.fragment)):
        found |= set(_by_ending(piece))
    return sorted(found)


def _decoded(address: str) -> str:
    for _round in range(_MOST_DECODINGS):
        plain = unquote(address)
        if plain == address:
            break
        address = plain
    return address


def _last(path: str) -> list[str]:
    """Return the last part of a path, which names the file; a domain there, as in archives of the web, is none."""
    last = path.rstrip("/").rpartition("/")[2]
    return [] if re.fullmatch(r"(?:[\w-]+\.)+(?:com|org|net|int|info|ru|su)", last) else [last]


def _values(text: str) -> list[str]:
    named = [value for _name, value in parse_qsl(text)]
    return [piece for value in named or [text] for piece in value.split("/")]


def _by_ending(piece: str) -> list[Risk]:
    endings = {found[1] for found in _ENDING.finditer(piece)}
    return [Risk.MEDIA] * bool(endings & MEDIA_ENDINGS) + [Risk.ARCHIVE] * bool(endings & ARCHIVE_ENDINGS)


def _by_host(host: str, rest: str) -> list[Risk]:
    if _is_of(host, _MEDIA_HOSTS) or any(site.search(host) and part.search(rest) for site, part in _PARTS):
        return [Risk.MEDIA]
    return [Risk.ARCHIVE] if _is_of(host, _SHARING_HOSTS) else []


def _is_of(host: str, names: Sequence[str]) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in names)
