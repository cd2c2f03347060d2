// A page whose service worker trains. `module`: registered as a module.
const result = document.querySelector('#result');
const show = (state, text) => {
  result.textContent = text;
  result.dataset.state = state;
};
navigator.serviceWorker.onmessage = ({ data }) =>
  data.error ? show('failed', data.error) : show('done', JSON.stringify(data));
navigator.serviceWorker
  .register('./service-worker.js', { type: 'module' })
  .then(async () => (await navigator.serviceWorker.ready).active.postMessage('learn'))
  .catch((error) => show('failed', String(error)));
