import { describe, expect, test } from 'vitest'
import { nodeId } from '../../src/logic/base/ids.ts'
import { type EnsembleView, type MemberView, nextChange } from '../../src/logic/replica/members.ts'

/**
 * A view in letters: voters, then observers. Voter: `s` self, `v` here, `m` missing for a moment, `g` gone, `l` leaving
 * but here. Observer: `f` fit, `c` close but not fit yet, `o` not close, `x` gone.
 */
function view(voters: string, observers: string, votersWanted = 5): EnsembleView {
  const member = (letter: string, index: number): MemberView => ({
    node: nodeId(`${letter}${index}`),
    isHeard: 'svfcol'.includes(letter),
    isHere: 'svfco'.includes(letter),
    isGone: 'glx'.includes(letter),
    isClose: 'fc'.includes(letter),
    isFit: letter === 'f',
  })
  const self = [...voters].indexOf('s')
  return {
    self: nodeId(`${voters[self] ?? 'l'}${Math.max(0, self)}`),
    voters: [...voters].map(member),
    observers: [...observers].map((letter, index) => member(letter, voters.length + index)),
    votersWanted,
  }
}

const said = (from: EnsembleView): string => {
  const change = nextChange(from)
  return change === null ? 'nothing' : `${change.type} ${change.node}`
}

describe('the next change of the membership', () => {
  test.each([
    // Growing: to the next odd number, when enough are fit.
    ['s', '', 'nothing'],
    ['s', 'o', 'nothing'],
    ['s', 'f', 'nothing'],
    ['s', 'fo', 'nothing'],
    ['s', 'cc', 'nothing'],
    ['s', 'ff', 'promote f1'],
    ['sv', 'f', 'promote f2'],
    ['svv', 'f', 'nothing'],
    ['svv', 'ff', 'promote f3'],
    ['svvv', 'f', 'promote f4'],
    ['svvvv', 'ff', 'nothing'],
    // Nobody is promoted where the new set would have no quorum here.
    ['smm', 'ff', 'nothing'],
    ['svmm', 'f', 'nothing'],
    ['smmm', 'f', 'nothing'],
    // Replacing: the one that is gone goes first.
    ['svg', 'f', 'remove g2'],
    ['svvvg', 'f', 'remove g4'],
    ['svvv', 'f', 'promote f4'],
    ['svvgg', 'f', 'remove g3'],
    ['svvgg', 'ff', 'remove g3'],
    ['svvg', 'f', 'promote f4'],
    // Never below a quorum of those that are here.
    ['sgg', 'ff', 'nothing'],
    ['svggg', 'ff', 'nothing'],
    ['svmmg', 'f', 'nothing'],
    // Nobody to take its place: shrinks by two, or stays.
    ['svvvg', '', 'nothing'],
    ['svvgg', '', 'remove g3'],
    ['svvg', '', 'remove g3'],
    ['svg', '', 'remove g2'],
    ['sv', '', 'remove v1'],
    ['svvv', '', 'remove v3'],
    ['sg', '', 'nothing'],
    ['sm', '', 'nothing'],
    // Leaving on its own wish.
    ['svl', 'f', 'remove l2'],
    ['lvv', '', 'remove l0'],
    ['l', 'f', 'promote f1'],
    ['l', 'cf', 'promote f2'],
    ['l', 'oc', 'promote c2'],
    ['l', 'o', 'nothing'],
    ['l', '', 'nothing'],
    // One is gone and another leaves: who leaves helps a third in first.
    ['slg', '', 'nothing'],
    ['slg', 'f', 'promote f3'],
    ['slgv', 'f', 'promote f4'],
    ['slgv', '', 'remove l1'],
    ['slmg', 'f', 'nothing'],
    ['lv', '', 'remove l0'],
    // More than wanted.
    ['svvvvvv', '', 'remove v6'],
    ['svvvvv', 'f', 'remove v5'],
    // Observers that are gone.
    ['s', 'x', 'remove x1'],
    ['svv', 'xf', 'remove x3'],
    ['svg', 'xf', 'remove g2'],
  ])('REPLICA-1 voters %s and observers %s: %s', (voters, observers, expected) => {
    expect(said(view(voters, observers))).toBe(expected)
  })
})
