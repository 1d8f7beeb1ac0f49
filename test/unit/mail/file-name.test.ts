import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRisky, isViewable, safeFileName } from '../../../src/mail/file-name';

describe('safeFileName', () => {
  it.each([
    ['report.pdf', 'report.pdf'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['..\\..\\windows\\system32\\x.dll', '_.._windows_system32_x.dll'],
    ['/abs/path', '_abs_path'],
    ['C:\\x.txt', 'C__x.txt'],
    ['.bashrc', 'bashrc'],
    ['...', 'attachment.txt'],
    ['', 'attachment.txt'],
    [null, 'attachment.txt'],
    ['name. . .', 'name'],
    ['CON', '_CON'],
    ['con.txt', '_con.txt'],
    ['LPT1.pdf', '_LPT1.pdf'],
    ['console.log', 'console.log'],
    ['invoice\u202Efdp.exe', 'invoicefdp.exe'],
    ['a\u0000b\r\nc.txt', 'abc.txt'],
    ['x.pdf          .exe', 'x.pdf .exe'],
    ['a\u2215b\uFF0Fc', 'a_b_c'],
    ['u\u0308ber.txt', 'über.txt'],
    ['file:stream.txt', 'file_stream.txt'],
    ['日本語.zip', '日本語.zip'],
  ])('%j becomes %j', (name, expected) => {
    expect(safeFileName(name, 'text/plain')).toBe(expected);
  });

  it('keeps the ending of a name that is too long, and whole characters', () => {
    const name = safeFileName(`${'👩🏽'.repeat(200)}.pdf`, 'application/pdf');
    expect(name.endsWith('👩🏽.pdf')).toBe(true);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(180);
    expect(safeFileName(`a${'\u0301'.repeat(5000)}.txt`, 'text/plain')).toBe('attachment.txt');
  });

  it('is one safe segment for every name there is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (raw) => {
        const name = safeFileName(raw, 'x/y');
        expect(name).not.toBe('');
        expect(path.posix.basename(name)).toBe(name);
        expect(path.win32.basename(name)).toBe(name);
        expect(name).not.toMatch(/^\.|[. ]$|[\p{Cc}\p{Cf}]/u);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(181);
        expect(safeFileName(name, 'x/y')).toBe(name);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('isRisky: nothing executable opens by itself', () => {
  it.each([
    ['a.exe', 'application/octet-stream'],
    ['a.EXE', 'image/png'],
    ['a.pdf.exe', 'application/pdf'],
    ['a.exe.txt', 'text/plain'],
    ['a.exe. ', 'text/plain'],
    ['a.pdf\u202E.scr', 'application/pdf'],
    ['run.sh', 'text/plain'],
    ['page.html', 'text/html'],
    ['picture.svg', 'image/svg+xml'],
    ['book.ipynb', 'application/json'],
    ['x.code-workspace', 'text/plain'],
    ['x.docm', 'application/msword'],
    ['x.lnk', ''],
    [null, 'application/x-msdownload'],
    [null, 'Text/HTML; charset=utf-8'],
  ])('%j (%s)', (name, type) => {
    expect(isRisky(name, type)).toBe(true);
    expect(isViewable(name, type)).toBe(false);
  });

  it.each([
    ['notes.txt', 'text/plain'],
    ['0001-fix.patch', 'text/x-patch'],
    ['photo.JPG', 'image/jpeg'],
    ['paper.pdf', 'application/pdf'],
    [null, 'text/plain; charset=utf-8'],
  ])('%j (%s) may be viewed', (name, type) => {
    expect(isRisky(name, type)).toBe(false);
    expect(isViewable(name, type)).toBe(true);
  });

  it('what nobody knows is neither: it is saved', () => {
    expect([isRisky('a.xyz', 'application/octet-stream'), isViewable('a.xyz', 'text/plain')]).toEqual([false, false]);
  });
});
