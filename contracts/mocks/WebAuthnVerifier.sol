// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC7913WebAuthnVerifier} from "@openzeppelin/contracts/utils/cryptography/verifiers/ERC7913WebAuthnVerifier.sol";

/// @title OpenZeppelin's verifier of WebAuthn signers (ERC-7913), so that tests can deploy it
contract WebAuthnVerifier is ERC7913WebAuthnVerifier {}
