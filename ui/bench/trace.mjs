// What the page's main thread did, frame by frame, as Chromium's own tracing tells it.

const CATEGORIES = ['devtools.timeline', 'disabled-by-default-devtools.timeline'];
/** The stages in which a frame is made from the page's content; all other work of the main thread is script's. */
const STAGES = new Map([
  ['UpdateLayoutTree', 'style'],
  ['Layout', 'layout'],
  ['PrePaint', 'paint'],
  ['Paint', 'paint'],
  ['Layerize', 'paint'],
  ['Commit', 'paint'],
  ['HitTest', 'layout'],
]);
/** In every frame, whatever else is: the page's part of making it. */
const FRAME = 'Commit';

/** Records what the browser does while `action` runs; resolves with the events. */
export async function recorded(page, action) {
  const session = await page.context().newCDPSession(page);
  await session.send('Tracing.start', {
    transferMode: 'ReturnAsStream',
    traceConfig: { recordMode: 'recordAsMuchAsPossible', includedCategories: CATEGORIES, excludedCategories: ['*'] },
  });
  await action();
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.end');
  const { stream } = await complete;
  let text = '';
  for (let eof = false; !eof; ) {
    const piece = await session.send('IO.read', { handle: stream, size: 4 * 1024 * 1024 });
    text += piece.base64Encoded ? Buffer.from(piece.data, 'base64').toString() : piece.data;
    eof = piece.eof;
  }
  await session.send('IO.close', { handle: stream });
  await session.detach();
  return JSON.parse(text).traceEvents;
}

/** The main thread's work for each frame, in ms of its processor time, in all and by stage. */
export function framesOf(events) {
  const thread = busiestMainThread(events);
  const own = events.filter((event) => event.pid === thread.pid && event.tid === thread.tid && event.ph === 'X').sort((a, b) => a.ts - b.ts);
  const tasks = own.filter(isTask);
  const inner = own.filter((event) => !isTask(event));
  const frames = [];
  let frame = begun();
  let at = 0;
  for (const task of tasks) {
    const end = task.ts + task.dur;
    frame.total += ms(task);
    let makesFrame = false;
    // The outermost stage alone: what runs within a stage is part of it.
    let stageEnd = 0;
    for (; at < inner.length && inner[at].ts < end; at += 1) {
      const event = inner[at];
      if (event.ts < task.ts) continue;
      makesFrame ||= event.name === FRAME;
      const stage = STAGES.get(event.name);
      if (!stage || event.ts < stageEnd) continue;
      stageEnd = event.ts + event.dur;
      frame[stage] += ms(event);
    }
    if (!makesFrame) continue;
    frame.script = Math.max(0, frame.total - frame.style - frame.layout - frame.paint);
    frames.push(frame);
    frame = begun();
  }
  return frames;
}

const begun = () => ({ total: 0, script: 0, style: 0, layout: 0, paint: 0 });

const isTask = (event) => event.name === 'RunTask';

/** Processor time: time in which other programs had the processor is not the page's. */
const ms = (event) => (event.tdur ?? event.dur) / 1000;

function busiestMainThread(events) {
  const mains = new Map();
  for (const { name, args, pid, tid } of events) if (name === 'thread_name' && args.name === 'CrRendererMain') mains.set(`${pid}:${tid}`, { pid, tid, busy: 0 });
  for (const event of events) {
    const main = mains.get(`${event.pid}:${event.tid}`);
    if (main && isTask(event)) main.busy += event.dur ?? 0;
  }
  const [first, ...others] = mains.values();
  if (!first) throw new Error('The trace has no main thread of a page.');
  return others.reduce((most, each) => (each.busy > most.busy ? each : most), first);
}
