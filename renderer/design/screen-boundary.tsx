/** A fault in one screen leaves the frame and the other screens usable. */
import { Component, type ReactNode } from 'react';
import { ErrorNotice } from './error-notice.tsx';
import { ScreenBody } from './screen-body.tsx';

export class ScreenBoundary extends Component<{ readonly children: ReactNode }, { readonly error: unknown }> {
  override state: { readonly error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown): { readonly error: unknown } {
    return { error: error ?? new Error('unknown') };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <ScreenBody>
        <ErrorNotice error={error} />
      </ScreenBody>
    );
  }
}
