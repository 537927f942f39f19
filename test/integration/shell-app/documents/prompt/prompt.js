let lastId = 0;
const call = (name, input = {}) => window.glasskey.call(++lastId, name, input);
const draw = ({ prompts }) => {
  document.getElementById('title').textContent = prompts[0]?.title ?? '';
};
window.probe = { call };
window.glasskey.onEvent(({ name, payload }) => name === 'prompts.changed' && draw(payload));
document.addEventListener('DOMContentLoaded', async () => draw((await call('prompts.show')).output));
