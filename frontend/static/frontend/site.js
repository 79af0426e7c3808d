// The only script of ours: what neither HTML nor htmx can do alone.
(() => {
  "use strict";

  // A live log keeps showing its newest line, unless the reader has scrolled up to read.
  const nearEnd = (log) => log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  let scrolledUp = null;
  let unfolded = new Map();

  // Screen readers hear a run's progress when it changes, not at every poll.
  const announce = () => {
    const place = document.getElementById("run-announcement");
    const said = document.getElementById("progress")?.dataset.say;
    if (place && said && place.textContent !== said) place.textContent = said;
  };

  document.addEventListener("htmx:beforeSwap", () => {
    const log = document.querySelector(".log");
    scrolledUp = log && !nearEnd(log) ? log.scrollTop : null;
    unfolded = new Map([...document.querySelectorAll("details[id]")].map((d) => [d.id, d.open]));
  });
  document.addEventListener("htmx:afterSettle", () => {
    const log = document.querySelector(".log");
    if (log) log.scrollTop = scrolledUp ?? log.scrollHeight;
    // What the reader had opened or closed stays so when its part of the page is renewed.
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

  // A choice sends its form itself; the button is for words, and for those without script.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-autosubmit]");
    if (form && event.target.matches("select, [type=radio], [type=checkbox]")) form.requestSubmit();
  });
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("button[data-without-script]").forEach((button) => {
      button.hidden = true;
    });
  });

  // When a request fails, say so instead of leaving a stale page that looks fresh.
  const say = (text) => {
    const place = document.getElementById("live-problem");
    if (place) { place.textContent = text; place.hidden = !text; }
  };
  document.addEventListener("htmx:sendError", () => say("The server does not answer; what you see may be old."));
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    say(status === 403 ? "This needs you to be signed in." : `The server refused this (${status}).`);
  });
  document.addEventListener("htmx:afterOnLoad", (event) => {
    if (event.detail.xhr.status < 400) say("");
  });
})();
