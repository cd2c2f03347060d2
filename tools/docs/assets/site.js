// What scrolls can be reached by the keyboard, code can be copied, the menu is shut where there is no room for it.
for (const box of document.querySelectorAll('pre, .table')) {
  if (box.scrollWidth <= box.clientWidth) continue;
  box.tabIndex = 0;
  box.setAttribute('role', 'group');
  box.setAttribute('aria-label', box.matches('pre') ? 'Code' : 'Table');
}

for (const code of document.querySelectorAll('pre[class*="language-"]:not(.language-text)')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = 'Copy';
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = 'Copied';
    setTimeout(() => {
      button.textContent = 'Copy';
    }, 2000);
  });
  const frame = document.createElement('div');
  frame.className = 'code';
  code.replaceWith(frame);
  frame.append(code, button);
}

const menu = document.querySelector('.menu .all');
const narrow = matchMedia('(max-width: 59rem)');
const fit = () => {
  menu.open = !narrow.matches;
};
fit();
narrow.addEventListener('change', fit);

addEventListener('keydown', (event) => {
  const writing = event.target.closest('input, textarea, [contenteditable]');
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || writing) return;
  event.preventDefault();
  document.querySelector('[role="search"] input').focus();
});
