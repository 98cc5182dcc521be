// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC7913WebAuthnVerifier} from "@openzeppelin/contracts/utils/cryptography/verifiers/ERC7913WebAuthnVerifier.sol";

/// @title OpenZeppelin's verifier of passkeys (ERC-7913): the bare check, beside which ours is measured
contract WebAuthnVerifier is ERC7913WebAuthnVerifier {}
