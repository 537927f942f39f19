/** Electron's `Event`: an object whose `preventDefault` the emitter looks at afterwards, with the event's own facts beside. */

export interface StandInEvent {
  preventDefault(): void;
  readonly defaultPrevented: boolean;
}

export function createEvent<Facts extends object>(facts: Facts): StandInEvent & Facts;
export function createEvent(): StandInEvent;
export function createEvent(facts: object = {}): StandInEvent {
  let prevented = false;
  const event = {
    preventDefault(): void {
      prevented = true;
    },
    get defaultPrevented(): boolean {
      return prevented;
    },
  };
  // By descriptor: a fact may be a getter that answers late (`senderFrame`).
  return Object.defineProperties(event, Object.getOwnPropertyDescriptors(facts));
}
