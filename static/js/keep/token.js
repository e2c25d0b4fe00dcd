/* Somebody signed in again in another tab: that changed the token against forgery. Whose
   page this is stays as it was, so that a new token never lends it to somebody else. */
export const renewToken = async () => {
  const page = await (await fetch("/accounts/password/")).text();
  const fresh = new DOMParser()
    .parseFromString(page, "text/html")
    .querySelector("[name=csrfmiddlewaretoken]");
  if (!fresh) return;
  for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]"))
    field.value = fresh.value;
  const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
  document.body.setAttribute(
    "hx-headers",
    JSON.stringify({ ...headers, "X-CSRFToken": fresh.value }),
  );
};

/** Whether an answer, of fetch or of htmx, says that the page is of another person than
    the one who is signed in. */
export const isNotYours = (answer) =>
  (answer.headers?.get("X-Not-Your-Page") ?? answer.getResponseHeader?.("X-Not-Your-Page")) != null;
