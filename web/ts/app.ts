// Every page. Nothing here is needed to read a page or to send a form: it only makes some things quicker.
import "./copy.ts";
import "./details.ts";
import "./era.ts";
import "./forms.ts";
import "./live/element.ts";
import "./shortcuts.ts";

// Controls that do nothing without this script are hidden until it runs.
for (const element of document.querySelectorAll<HTMLElement>("[data-js][hidden]")) element.hidden = false;
