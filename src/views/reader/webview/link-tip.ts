import type { LinkCheck } from '../link-check';
import { fill, strings } from './page';

/** What a link really is, for its tooltip and the line at the bottom: its target first, then every warning. */
export function linkTip(check: LinkCheck): string {
  if (!check.ok) return '';
  return [check.kind === 'mail' ? check.target : check.url.slice(0, 300), ...linkWarnings(check)].join('\n');
}

export function linkWarnings(check: LinkCheck): string[] {
  if (!check.ok) return [];
  return check.warnings.map((warning) => {
    switch (warning.kind) {
      case 'other-host':
        return fill(strings.linkOtherHost, warning.textHost, check.target);
      case 'userinfo':
        return fill(strings.linkUserinfo, check.target);
      case 'international':
        return fill(strings.linkInternational, warning.unicodeHost, check.target);
      case 'ip-address':
        return fill(strings.linkIpAddress, check.target);
    }
  });
}
