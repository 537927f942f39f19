// The page's own script: what a CSP and the guards allow is asked here, because what a debugger evaluates is not held to them.
const received = [];
const progress = [];
const violations = [];
let lastId = 0;
document.addEventListener('securitypolicyviolation', (event) => {
  violations.push(event.effectiveDirective);
});
window.glasskey.onEvent((message) => received.push(message));
window.glasskey.onProgress((message) => progress.push(message));

// In a task of the page's own: what runs within a debugger's evaluation is not held to the policy.
const ownTask = () => new Promise((resolve) => setTimeout(resolve));
const outcome = (work) =>
  ownTask()
    .then(work)
    .then(
      () => 'done',
      (error) => `${error.name}: ${error.message}`,
    );
const loaded = (element, attribute, url) =>
  new Promise((resolve) => {
    element.onload = () => resolve('loaded');
    element.onerror = () => resolve('refused');
    element[attribute] = url;
    document.body.append(element);
  });

// As the real window does: its start first, then what its first screen asks for.
addEventListener('DOMContentLoaded', async () => {
  await window.probe.call('app.start');
  await window.probe.call('readiness.get');
});

window.probe = {
  received: () => received,
  progress: () => progress,
  violations: () => violations,
  begin(name, input = {}) {
    lastId += 1;
    return { id: lastId, reply: window.glasskey.call(lastId, name, input) };
  },
  call: (name, input = {}) => window.probe.begin(name, input).reply,
  globals: () => ['require', 'process', 'module', 'Buffer', 'electron'].filter((name) => name in window),
  bridge: () => Object.keys(window.glasskey).sort(),
  // biome-ignore lint/security/noGlobalEval: that it is refused is the point.
  eval: () => outcome(() => eval?.('1')),
  fetch: (url) => outcome(() => fetch(url)),
  socket: (url) =>
    outcome(
      () =>
        new Promise((_resolve, reject) => {
          const socket = new WebSocket(url);
          socket.onerror = () => reject(new Error('refused'));
        }),
    ),
  script: (url) => outcome(() => loaded(document.createElement('script'), 'src', url)),
  image: (url) => loaded(document.createElement('img'), 'src', url),
  ran: () => Object.keys(window).filter((name) => name.startsWith('ran')),
  clickInline: () => document.getElementById('inline').click(),
  html: (text) =>
    outcome(() => {
      document.createElement('div').innerHTML = text;
    }),
  style(nonce) {
    const element = document.createElement('style');
    if (nonce !== undefined) element.nonce = nonce;
    element.textContent = '#text { color: rgb(9, 9, 9); }';
    document.head.append(element);
    const colour = getComputedStyle(document.getElementById('text')).color;
    element.remove();
    return colour;
  },
  nonce: () => document.querySelector('meta[name=style-nonce]').content,
  colour: () => getComputedStyle(document.getElementById('text')).color,
  frame(url) {
    const frame = document.createElement('iframe');
    frame.src = url;
    document.body.append(frame);
  },
  go: (url) => {
    location.href = url;
  },
  open: (url) => window.open(url) === null,
  submit(url) {
    const form = document.createElement('form');
    form.action = url;
    document.body.append(form);
    form.submit();
  },
  download() {
    const link = document.createElement('a');
    link.href = 'page.css';
    link.download = 'page.css';
    document.body.append(link);
    link.click();
  },
  permission: async (name) => (await navigator.permissions.query({ name })).state,
  location: () =>
    outcome(() => new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject))),
  devices: (kind) =>
    outcome(() => navigator[kind]?.requestDevice({ filters: [] }) ?? Promise.reject(new Error('absent'))),
  camera: () => outcome(() => navigator.mediaDevices.getUserMedia({ video: true })),
  screen: () => outcome(() => navigator.mediaDevices.getDisplayMedia()),
  worker: () =>
    outcome(
      () =>
        new Promise((resolve, reject) => {
          const worker = new Worker('page.js');
          worker.onerror = () => reject(new Error('refused'));
          worker.onmessage = resolve;
        }),
    ),
};
