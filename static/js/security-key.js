/* Say on the page, not in the console, that the key could not be read. */
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  document.getElementById("key-trouble").hidden = false;
});
