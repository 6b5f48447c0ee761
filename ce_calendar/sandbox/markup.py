"""HTML without a template engine: one frame, a few lines of CSS, everything escaped."""

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse

CSS = """
:root { color-scheme: light dark; --line: light-dark(#c9ced6, #454b55); --soft: light-dark(#f4f5f7, #1d2127);
  --accent: light-dark(#1f5fbf, #8ab4f8); --on-accent: light-dark(#fff, #10151c);
  --warn: light-dark(#fff3d6, #3b3012); }
* { box-sizing: border-box }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: light-dark(#fff, #14171b);
  color: light-dark(#1b1f24, #e6e9ed) }
header { background: var(--warn); padding: .6rem 1rem; font-weight: 600; border-bottom: 1px solid var(--line) }
main { max-width: 56rem; margin: 0 auto; padding: 1rem }
main.narrow { max-width: 30rem; overflow-wrap: anywhere }
h1 { font-size: 1.5rem; line-height: 1.25 } h2 { font-size: 1.15rem }
fieldset, .card { border: 1px solid var(--line); border-radius: .6rem; padding: 1rem; margin: 0 0 1rem; min-width: 0;
  overflow-wrap: anywhere }
.card > p:first-child { margin-top: 0 } .card > p:last-child { margin-bottom: 0 }
legend { font-weight: 600; padding: 0 .4rem }
ul.plain { list-style: none; padding: 0; margin: 1rem 0 }
label.choice { display: flex; gap: .6rem; align-items: flex-start; padding: .45rem 0; cursor: pointer;
  overflow-wrap: anywhere }
label.choice input { width: 1.15rem; height: 1.15rem; flex: none; margin-top: .2rem }
.fields { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr)) }
.fields label { display: grid; gap: .2rem; font-weight: 600 }
.fields input, .fields select, .row input { font: inherit; font-weight: 400;
  padding: .45rem; border: 1px solid var(--line);
  border-radius: .4rem; background: transparent; color: inherit; width: 100%; min-width: 0 }
.row { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; margin-top: .5rem }
.row input { width: auto }
button, a.button { font: inherit; padding: .5rem 1rem; border-radius: .4rem; border: 1px solid var(--line);
  background: var(--soft); color: inherit; cursor: pointer; text-decoration: none }
button.main { background: var(--accent); color: var(--on-accent); border-color: transparent }
a { color: var(--accent) } a[aria-current] { font-weight: 700; text-decoration: none }
nav { display: flex; flex-wrap: wrap; gap: .3rem 1rem; margin-bottom: 1rem }
small, .soft { color: light-dark(#545b66, #a9b1bc) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
"""

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def from_own_page(request: Request) -> bool:
    """Whether a form was sent by a page of ours; browsers say so, and other clients may do as they like."""
    return request.headers.get("sec-fetch-site", "none") in ("same-origin", "none")


def text(value: object) -> str:
    """Escape a value for an element or an attribute."""
    return escape(str(value), quote=True)


def page(title: str, body: str, *, provider: str, status: int = 200, narrow: bool = False) -> HTMLResponse:
    """Put a page into the frame that says on every screen that this is a sandbox.

    Args:
        title: plain text.
        body: HTML whose parts are escaped already.
        provider: whom the sandbox plays.
        status: of the answer.
        narrow: for a short form rather than a list.
    """
    frame = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{text(title)} - Sandbox</title><link rel="icon" href="data:,">'
        f"<style>{CSS}</style></head><body>"
        f'<header data-testid="sandbox-banner">Sandbox - not {text(provider)}. '
        "Nothing here leaves this machine.</header>"
        f"<main{' class=narrow' if narrow else ''}><h1>{text(title)}</h1>{body}</main></body></html>"
    )
    return HTMLResponse(frame, status_code=status, headers=_HEADERS)
