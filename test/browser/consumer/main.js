import { learn } from './learn.js';

const result = document.querySelector('#result');
const show = (state, text) => {
  result.textContent = text;
  result.dataset.state = state;
};

document.querySelector('button').addEventListener('click', () => {
  learn().then(
    (accuracies) => show('done', JSON.stringify(accuracies)),
    (error) => show('failed', String(error)),
  );
});
show('ready', 'ready');
