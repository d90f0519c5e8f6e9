/* What every page needs: the theme switch, the reader's time zone, copy buttons and code to scroll. */

const THEMES = ["auto", "light", "dark"];

function storeCookie(name, value, age = 31536000) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${name}=${value}; path=/; max-age=${age}; samesite=lax${secure}`;
}

function storedTheme() {
  const found = document.cookie.match(/(?:^|; )theme=(light|dark)/);
  return found ? found[1] : "auto";
}

function storeTheme(theme) {
  storeCookie("theme", theme, theme === "auto" ? 0 : undefined);
}

/** Pages write times in this zone from the next one on; each says which zone it is. */
function tellZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) storeCookie("zone", encodeURIComponent(zone));
}

function showTheme(button, theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  button.querySelector("span").textContent = `Theme: ${theme}`;
  button.querySelector("use").setAttribute("href", `${button.dataset.icons}#${theme}`);
}

function setUpThemeSwitch(button) {
  showTheme(button, storedTheme());
  button.addEventListener("click", () => {
    const theme = THEMES[(THEMES.indexOf(storedTheme()) + 1) % THEMES.length];
    storeTheme(theme);
    showTheme(button, theme);
  });
}

async function copyFrom(button) {
  const word = button.querySelector("[data-copy-word]");
  const text = button.closest(".code").querySelector("pre").textContent;
  try {
    await navigator.clipboard.writeText(text);
    word.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(button.closest(".code").querySelector("pre"));
    word.textContent = "Selected: press Ctrl+C";
  }
  setTimeout(() => { word.textContent = "Copy"; }, 2500);
}

/** Code that scrolls sideways must be within reach of the keyboard. */
function letScroll(pre) {
  if (pre.scrollWidth > pre.clientWidth) pre.tabIndex = 0;
}

tellZone();
document.querySelectorAll("pre").forEach(letScroll);
document.querySelectorAll("[data-theme-switch]").forEach(setUpThemeSwitch);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copyFrom(button);
});
