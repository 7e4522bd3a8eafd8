import { writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { environmentSchema, type ImageRule } from '../shared/config/environment.ts';
import { parseConfiguration } from '../shared/config/parse.ts';
import { BadInputError } from '../shared/errors.ts';
import { findInFiles } from '../shared/images/edit/find-in-files.ts';
import type { FoundImage } from '../shared/images/edit/found-image.ts';
import { type Change, pinImages } from '../shared/images/edit/pin-images.ts';
import { type Tracked, trackedBy } from '../shared/images/edit/tracked.ts';
import { describeProblem, type Problem } from '../shared/problem.ts';
import { type FolderInTree, readFolderTree } from './folder-tree.ts';
import { parseImages, parseMarkers, type Version } from './image-arguments.ts';
import { fromHere, type Output, reportProblems } from './report-problems.ts';

export type SetImageOptions = {
  folder: string;
  /** `repository=tag[@digest]` */
  images: string[];
  /** `NAME=tag[@digest]` */
  policyMarker: string[];
  dryRun?: boolean;
};

type Wanted = { images: Map<string, Version>; markers: Map<string, Version> };
type Edit = { file: string; before: string; after: string };

/**
 * `plumbline set-image DIR`: writes versions into a folder as the updater would, and prints what it changed as a unified diff.
 *
 * @returns the exit code: 0, or 1 if something couldn't be written or wasn't found; what could be is written all the same
 */
export const setImage = (options: SetImageOptions, out: Output): Promise<number> =>
  reportProblems(out, async () => {
    const wanted = { images: parseImages(options.images), markers: parseMarkers(options.policyMarker) };
    if (options.images.length + options.policyMarker.length === 0)
      throw new BadInputError([{ message: 'nothing is asked for: give repository=tag or --policy-marker NAME=tag' }]);
    const folder = await readFolderTree(options.folder);
    const { edits, problems } = planEdits(folder, wanted);
    const unwritten = options.dryRun ? [] : await writeAll(edits, folder.root);
    for (const edit of edits) if (!unwritten.some(({ file }) => file === edit.file)) out.stdout.write(patchOf(edit));
    const all = [...problems, ...unwritten];
    for (const problem of all) out.stderr.write(`error: ${describeProblem(fromHere(problem, folder.root))}\n`);
    return all.length > 0 ? 1 : 0;
  });

/** Before anything is printed: whoever reads it may hang up. @returns what couldn't be written */
async function writeAll(edits: readonly Edit[], root: string): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const { file, after } of edits)
    await writeFile(join(root, file), after).catch((error: NodeJS.ErrnoException) => {
      problems.push({ file, message: `can't be written: ${error.code}` });
    });
  return problems;
}

const patchOf = ({ file, before, after }: Edit): string =>
  createTwoFilesPatch(`a/${file}`, `b/${file}`, before, after, undefined, undefined, {
    headerOptions: FILE_HEADERS_ONLY,
  });

function planEdits({ tree, path }: FolderInTree, wanted: Wanted): { edits: Edit[]; problems: Problem[] } {
  const founds = findInFiles(tree.files, { path, others: [], tracked: trackedIn(tree.files, path, wanted) });
  const planned = founds.map(({ file, text, images, problems }) => {
    const judged = images.flatMap((image) => changeOf(image, wanted));
    const changes = judged.flatMap((one) => ('pin' in one ? [one] : []));
    const edit = { file, before: text, after: pinImages(text, changes) };
    return { images, edit, problems: [...problems, ...judged.flatMap((one) => ('message' in one ? [one] : []))] };
  });
  return {
    edits: planned.map(({ edit }) => edit).filter(({ before, after }) => before !== after),
    problems: [...planned.flatMap(({ problems }) => problems), ...missing(planned, wanted)],
  };
}

/** Where an `environment.yaml` stands in the folder, its rules say which markers and value files mean a repository. */
function trackedIn(files: ReadonlyMap<string, Uint8Array>, folder: string, { images, markers }: Wanted): Tracked {
  const file = posix.join(folder, 'environment.yaml');
  const { images: rules } = parseConfiguration(new TextDecoder().decode(files.get(file)), file, environmentSchema);
  const isWanted = ({ repository, name }: ImageRule) =>
    images.has(repository) || (name !== undefined && markers.has(name));
  const tracked = trackedBy(rules.filter(isWanted), folder);
  return {
    ...tracked,
    repositories: new Set(images.keys()),
    values: tracked.values.filter(({ repository }) => images.has(repository)),
    markers: new Map([...[...markers.keys()].map((name) => [name, undefined] as const), ...tracked.markers]),
  };
}

/** Where tag and digest stand in fields of their own, a new tag beside an old digest would be a lie. */
function changeOf(image: FoundImage, { images, markers }: Wanted): (Change | Problem)[] {
  const { file, line, rule = '', current, slots } = image;
  const version = markers.get(rule) ?? images.get(current.repository);
  if (version === undefined) return [];
  const keepsDigest = slots.digest !== undefined && current.digest !== undefined && version.digest === undefined;
  if (!keepsDigest || current.tag === version.tag)
    return [{ image, pin: { repository: current.repository, ...version } }];
  const name = current.repository || rule;
  return [{ file, line, message: `${name} has a digest here: give the new one too, as tag@sha256:…` }];
}

function missing(planned: { images: FoundImage[]; problems: Problem[] }[], { images, markers }: Wanted): Problem[] {
  const found = planned.flatMap(({ images }) => images);
  const told = planned.flatMap(({ problems }) => problems.map(({ message }) => message)).join('\n');
  const names = [
    ...[...images.keys()].filter((name) => !found.some(({ current }) => current.repository === name)),
    ...[...markers.keys()].filter((name) => !found.some(({ rule }) => rule === name)),
  ];
  return names
    .filter((name) => !told.includes(name))
    .map((name) => ({ message: `${name} stands nowhere in the folder` }));
}
