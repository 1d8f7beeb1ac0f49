/** Names of attachments come from strangers: what they may be called on a disk, and what may be opened at a click. */

const maxBytes = 180;

/** Endings for parts without a name. */
const endings: Readonly<Record<string, string>> = {
  'text/plain': '.txt',
  'text/html': '.html',
  'text/calendar': '.ics',
  'text/csv': '.csv',
  'text/x-patch': '.patch',
  'text/x-diff': '.diff',
  'application/pdf': '.pdf',
  'application/json': '.json',
  'application/zip': '.zip',
  'application/gzip': '.gz',
  'application/pgp-signature': '.asc',
  'message/rfc822': '.eml',
  'image/png': '.png',
  'image/jpeg': '.jpg',
  'image/gif': '.gif',
  'image/webp': '.webp',
  'image/avif': '.avif',
};

/** Names that Windows takes for devices, with any ending. */
const reserved = /^(?:con|prn|aux|nul|clock\$|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\.|$)/i;

/**
 * One path segment that means the same on every system: no separators, control, format or bidi characters, no leading
 * dot, no trailing dot or space, no device name, at most 180 octets of UTF-8 with its ending kept. Never empty.
 */
export function safeFileName(name: string | null, type: string): string {
  const cleaned = (name ?? '')
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu, '')
    .replace(/[/\\:*?"<>|\u2044\u2215\u29F8\uFF0F\uFF3C]/g, '_')
    .replace(/\s+/gu, ' ')
    .replace(/^[\s.]+/, '')
    .replace(/[\s.]+$/, '');
  if (cleaned === '') return `attachment${endings[mediaType(type)] ?? ''}`;
  return cut(reserved.test(cleaned) ? `_${cleaned}` : cleaned);
}

function cut(name: string): string {
  if (bytes(name) <= maxBytes) return name;
  const dot = name.lastIndexOf('.');
  const ending = dot > 0 && bytes(name.slice(dot)) <= 20 ? name.slice(dot) : '';
  const room = maxBytes - bytes(ending);
  let stem = '';
  let used = 0;
  for (const { segment } of new Intl.Segmenter().segment(name.slice(0, name.length - ending.length))) {
    used += bytes(segment);
    if (used > room) break;
    stem += segment;
  }
  // A single cluster may be longer than the whole name may be (combining marks without end).
  return `${stem.replace(/[\s.]+$/, '') || 'attachment'}${ending}`;
}

const bytes = (text: string) => new TextEncoder().encode(text).length;
const mediaType = (type: string) => type.split(';', 1)[0]?.trim().toLowerCase() ?? '';
const endingOf = (name: string) => /\.([^.]*)$/.exec(name)?.[1]?.toLowerCase() ?? '';

/**
 * What a system or an editor runs, installs, mounts, or follows when it is opened: programs, scripts, installers,
 * shortcuts, macro documents, disk images, notebooks and workspaces.
 */
const riskyEndings = new Set(
  (
    'exe com scr pif bat cmd cpl msi msp mst msix msixbundle appx appxbundle appinstaller dll sys drv ocx gadget ' +
    'vb vbs vbe js jse mjs cjs ws wsf wsh wsc sct hta ps1 ps1xml ps2 psc1 psd1 psm1 msh mshxml jar jnlp class ' +
    'lnk url website webloc desktop scf inf ins isp reg msc job application appref-ms settingcontent-ms library-ms ' +
    'search-ms diagcab theme themepack hlp chm crt cer iso img vhd vhdx dmg pkg mpkg app command tool workflow ' +
    'action terminal sh bash zsh csh ksh fish run bin out elf deb rpm apk ipa snap flatpak flatpakref appimage ' +
    'py pyc pyw pyz pl rb php lua ahk au3 scpt scptd applescript osx xll xla xlam xlsm xltm docm dotm pptm potm ppam ' +
    'ppsm sldm slk iqy rqy one onepkg accde accdb mdb mde ade adp html htm xhtml xht shtml mht mhtml svg svgz swf xbap ' +
    'ipynb code-workspace vsix eml msg'
  ).split(' '),
);
const riskyTypes =
  /^(?:application\/(?:x-msdownload|x-msdos-program|x-ms-installer|x-msi|x-sh|x-shellscript|x-csh|x-executable|x-elf|x-mach-binary|javascript|x-javascript|ecmascript|java-archive|x-java-.*|hta|x-apple-diskimage|x-desktop|vnd\.microsoft\.portable-executable|vnd\.android\.package-archive|xhtml\+xml|x-httpd-php|x-python.*|x-perl|.*macroenabled.*)|text\/(?:html|javascript|ecmascript|x-python|x-sh|x-shellscript|x-perl|vbscript|x-php)|image\/svg\+xml)$/;

/** True: never opened by a click, only saved to where the person says. */
export function isRisky(name: string | null, type: string): boolean {
  if (riskyTypes.test(mediaType(type))) return true;
  // Every ending counts: Windows hides the last, and `x.sh.txt` is nothing that an honest sender needs opened.
  const parts = safeFileName(name, type).toLowerCase().split('.').slice(1);
  return parts.some((part) => riskyEndings.has(part.trim()));
}

const viewableEndings = new Set(
  'txt text log md csv tsv diff patch json yaml yml toml ini conf xml ics vcf asc sig png jpg jpeg gif webp avif bmp pdf c h cc cpp hpp rs go java kt ts tsx css scss sql tex rst'.split(
    ' ',
  ),
);

/** What VS Code shows without running anything: text, raster images, PDF. */
export function isViewable(name: string | null, type: string): boolean {
  if (isRisky(name, type)) return false;
  const ending = endingOf(safeFileName(name, type));
  if (ending !== '') return viewableEndings.has(ending);
  return /^(?:text\/|image\/(?:png|jpeg|gif|webp|avif|bmp)$|application\/(?:pdf|json)$)/.test(mediaType(type));
}
