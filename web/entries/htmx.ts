// htmx, for the staff desk and for pages that ask for it with {% script "htmx" %}.
// Its settings stand in <meta name="htmx-config"> (ui/base.html): no style sheet of its own, requests to this origin
// only. Never use hx-on or js: values: they compile text to code, which the content security policy forbids.
import "htmx.org";
