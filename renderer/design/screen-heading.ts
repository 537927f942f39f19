/** What each screen's one h1 does: it takes the focus when the window has moved to it, and gives the window its title. */
import { type RefObject, useEffect, useRef } from 'react';
import { useNavigation } from '../navigation.tsx';
import { useTexts } from '../texts.tsx';

/** For the h1, which needs `tabIndex={-1}`. `title`: the screen's name. */
export function useScreenHeading(title: string): RefObject<HTMLHeadingElement | null> {
  const { say } = useTexts();
  const { moved } = useNavigation();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (moved) heading.current?.focus({ preventScroll: true });
  }, [moved]);
  useEffect(() => {
    document.title = say('frame.window-title', { screen: title });
  }, [say, title]);
  return heading;
}
