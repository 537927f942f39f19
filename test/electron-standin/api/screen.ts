/** screen: one display of 1920 by 1080 at scale 1, as big as its work area, and a pointer that rests in its middle. */
import { StandInEmitter } from './standin-object.ts';

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Rectangle extends Point {
  readonly width: number;
  readonly height: number;
}

const WHOLE: Rectangle = { x: 0, y: 0, width: 1920, height: 1080 };

/** The fields every platform fills in; the rarer ones are absent. */
function display(): object {
  return {
    id: 1,
    label: 'stand-in',
    bounds: { ...WHOLE },
    workArea: { ...WHOLE },
    size: { width: WHOLE.width, height: WHOLE.height },
    workAreaSize: { width: WHOLE.width, height: WHOLE.height },
    scaleFactor: 1,
    rotation: 0,
    internal: false,
    touchSupport: 'unavailable',
    accelerometerSupport: 'unavailable',
    colorDepth: 24,
    monochrome: false,
    displayFrequency: 60,
  };
}

class Screen extends StandInEmitter {
  static override readonly _apiName = 'screen';

  protected override _events_(): ReadonlySet<string> {
    return new Set(['display-added', 'display-removed', 'display-metrics-changed']);
  }

  getPrimaryDisplay(): object {
    return display();
  }

  getAllDisplays(): object[] {
    return [display()];
  }

  getDisplayNearestPoint(_point: Point): object {
    return display();
  }

  getDisplayMatching(_rect: Rectangle): object {
    return display();
  }

  getCursorScreenPoint(): Point {
    return { x: WHOLE.width / 2, y: WHOLE.height / 2 };
  }
}

export const screen = new Screen();
export const WORK_AREA: Rectangle = WHOLE;
