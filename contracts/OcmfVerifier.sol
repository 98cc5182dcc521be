// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {IOcmfVerifier, ProofBinding} from "./interfaces/IOcmfVerifier.sol";
import {Ocmf} from "./libraries/Ocmf.sol";
import {MeterRecord} from "./types/Proof.sol";
import {Metering, MeterAlgorithm} from "./types/Terms.sol";

/// @title Checks OCMF records: signature, binding, billability
contract OcmfVerifier is IOcmfVerifier {
    /// @dev Order of secp256k1 (SEC 2, section 2.4.1).
    uint256 private constant K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    /// @dev Registers come in millionths of a Wh.
    uint256 private constant PER_WH = 1e6;

    bytes32 private constant BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// @inheritdoc IOcmfVerifier
    function provenWh(
        ProofBinding calldata binding,
        bytes calldata meterKey,
        MeterRecord[] calldata records
    ) external view returns (uint256) {
        bytes memory tag = _idTag(binding.tagHash);
        bytes32 plain = keccak256(tag);
        bytes32 prefixed = keccak256(bytes.concat(_prefix(binding.metering), tag));
        Ocmf.Window memory window = Ocmf.Window(binding.opens, binding.closes);
        return _energyWh(binding.metering.meterAlgorithm(), meterKey, records, window, plain, prefixed);
    }

    /// @inheritdoc IOcmfVerifier
    function unboundWh(
        uint8 algorithm,
        bytes calldata meterKey,
        MeterRecord[] calldata records
    ) external view returns (uint256) {
        Ocmf.Window memory always = Ocmf.Window(0, type(uint64).max);
        return _energyWh(algorithm, meterKey, records, always, 0, 0);
    }

    /// @dev Begin and end come in pairs, from one record or two; pages rise, and no pair begins below the end of the one
    /// before. So no record counts twice and no two pairs overlap. Summed exactly, rounded down once.
    function _energyWh(
        uint8 algorithm,
        bytes calldata meterKey,
        MeterRecord[] calldata records,
        Ocmf.Window memory window,
        bytes32 plain,
        bytes32 prefixed
    ) private view returns (uint256) {
        Ocmf.Record memory last;
        bool open;
        uint256 sum;
        for (uint256 i = 0; i < records.length; ++i) {
            _requireSigned(algorithm, meterKey, records[i]);
            Ocmf.Record memory record = Ocmf.parse(records[i].payload, window);
            bool bound = plain == 0 || record.idHash == plain || record.idHash == prefixed;
            if (!bound) revert Ocmf.Ocmf_Refused("ID");
            if (i != 0) _requireFollows(last, record);
            if (record.begins == open || (!record.begins && !record.ends)) revert Ocmf.Ocmf_Refused("pair");
            if (!record.begins) record.begin = last.begin;
            open = !record.ends;
            if (record.ends) {
                if (record.end < record.begin) revert Ocmf.Ocmf_Refused("register");
                sum += record.end - record.begin;
            } else {
                record.end = record.begin;
            }
            last = record;
        }
        if (open || records.length == 0) revert Ocmf.Ocmf_Refused("pair");
        return sum / PER_WH;
    }

    function _requireFollows(Ocmf.Record memory last, Ocmf.Record memory record) private pure {
        if (record.page <= last.page) revert Ocmf.Ocmf_Refused("PG");
        if (record.register != last.register) revert Ocmf.Ocmf_Refused("RI");
        if (record.begins && record.begin < last.end) revert Ocmf.Ocmf_Refused("register");
    }

    /// @dev The signature is over the exact bytes. Half of real meters sign with a high `s` (OCMF asks for none else):
    /// it is mirrored. What a signature can be turned into does not matter here, since pages and registers are what
    /// keeps a record from counting twice.
    function _requireSigned(
        uint8 algorithm,
        bytes calldata meterKey,
        MeterRecord calldata record
    ) private view {
        if (meterKey.length != 64) revert Ocmf.Ocmf_Refused("meterKey");
        bytes32 digest = sha256(record.payload);
        bool valid;
        if (algorithm == MeterAlgorithm.ECDSA_SECP256R1_SHA256) {
            bytes32 s = _lowS(record.s, P256.N);
            valid = P256.verify(digest, record.r, s, bytes32(meterKey[:32]), bytes32(meterKey[32:]));
        } else if (algorithm == MeterAlgorithm.ECDSA_SECP256K1_SHA256) {
            address signer = address(uint160(uint256(keccak256(meterKey))));
            bytes32 s = _lowS(record.s, K1_ORDER);
            valid =
                ecrecover(digest, 27, record.r, s) == signer ||
                ecrecover(digest, 28, record.r, s) == signer;
        }
        if (!valid) revert Ocmf.Ocmf_Refused("signature");
    }

    function _lowS(bytes32 s, uint256 order) private pure returns (bytes32) {
        uint256 number = uint256(s);
        return number > order / 2 && number < order ? bytes32(order - number) : s;
    }

    /// @dev 20 base32 characters (RFC 4648) of the hash's first 100 bits. Twin of protocol/idTag.ts.
    function _idTag(bytes32 tagHash) private pure returns (bytes memory tag) {
        uint256 text;
        unchecked {
            for (uint256 shift = 251; shift >= 156; shift -= 5) {
                text = (text << 8) | uint8(BASE32[(uint256(tagHash) >> shift) & 31]);
            }
        }
        return abi.encodePacked(bytes20(uint160(text)));
    }

    /// @dev The pinned characters without the zeros that fill them up.
    function _prefix(Metering metering) private pure returns (bytes memory prefix) {
        bytes11 text = metering.idTagPrefix();
        uint256 count;
        while (count < 11 && text[count] != 0) ++count;
        prefix = new bytes(count);
        for (uint256 i = 0; i < count; ++i) prefix[i] = text[i];
    }
}
