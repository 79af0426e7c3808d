// The site's only script of its own: what neither HTML nor htmx can do.
(() => {
  "use strict";

  // A live log keeps showing its newest line, unless the reader has scrolled up to read.
  const nearEnd = (log) => log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  let scrolledUp = null;
  let unfolded = new Map();

  // Screen readers hear a run's progress when it changes, not at every poll.
  const announce = () => {
    const place = document.getElementById("run-announcement");
    const text = document.getElementById("progress")?.dataset.announcement;
    if (place && text && place.textContent !== text) place.textContent = text;
  };

  document.addEventListener("htmx:beforeSwap", () => {
    const log = document.querySelector(".log");
    scrolledUp = log && !nearEnd(log) ? log.scrollTop : null;
    unfolded = new Map([...document.querySelectorAll("details[id]")].map((d) => [d.id, d.open]));
  });
  document.addEventListener("htmx:afterSettle", () => {
    const log = document.querySelector(".log");
    if (log) log.scrollTop = scrolledUp ?? log.scrollHeight;
    // What the reader has opened or closed stays so when that part of the page is replaced.
    unfolded.forEach((open, id) => {
      const details = document.getElementById(id);
      if (details) details.open = open;
    });
    announce();
  });
  document.addEventListener("DOMContentLoaded", () => {
    const log = document.querySelector(".log");
    if (log) log.scrollTop = log.scrollHeight;
    // On a narrow screen the filters would push the studies out of sight.
    const filters = document.getElementById("facets-fold");
    if (filters && window.matchMedia("(max-width: 61.9rem)").matches) filters.open = false;
  });

  // A choice submits its form; the button is for text fields, and for browsers without scripts.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-autosubmit]");
    if (form && event.target.matches("select, [type=radio], [type=checkbox]")) form.requestSubmit();
  });
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("button[data-without-script]").forEach((button) => {
      button.hidden = true;
    });
  });

  // A failed request shows a message: the page would look fresh although it is stale.
  const say = (text) => {
    const place = document.getElementById("live-problem");
    if (place) { place.textContent = text; place.hidden = !text; }
  };
  document.addEventListener("htmx:sendError", () => say("The server does not answer; what you see may be old."));
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    say(status === 403 ? "Sign in to do this." : `The server refused this (${status}).`);
  });
  document.addEventListener("htmx:afterOnLoad", (event) => {
    if (event.detail.xhr.status < 400) say("");
  });
})();
