/** A button that takes something away for good: red, and never the first in its row. Not to be pressed yet, it is grey as any other. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';

const FORCED = '@media (forced-colors: active)';

const useStyles = makeStyles({
  danger: {
    backgroundColor: tokens.colorStatusDangerBackground3,
    color: tokens.colorNeutralForegroundOnBrand,
    ':hover': {
      backgroundColor: tokens.colorStatusDangerBackground3Hover,
      color: tokens.colorNeutralForegroundOnBrand,
    },
    ':hover:active': {
      backgroundColor: tokens.colorStatusDangerBackground3Pressed,
      color: tokens.colorNeutralForegroundOnBrand,
    },
    [FORCED]: { backgroundColor: 'ButtonFace', color: 'ButtonText' },
  },
});

export interface DangerButtonProps {
  readonly children: string;
  readonly type?: 'button' | 'submit';
  readonly disabledFocusable?: boolean;
  readonly onClick?: () => void;
}

export function DangerButton({ disabledFocusable = false, ...rest }: DangerButtonProps) {
  const styles = useStyles();
  const look = disabledFocusable ? {} : { className: styles.danger };
  return <Button appearance="primary" disabledFocusable={disabledFocusable} {...look} {...rest} />;
}
