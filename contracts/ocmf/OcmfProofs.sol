// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {IOcmfVerifier, ProofBinding} from "../interfaces/IOcmfVerifier.sol";
import {MeterRecord, Ocmf_Refused} from "../types/Proof.sol";
import {MeterAlgorithm} from "../types/Terms.sol";
import {Ocmf} from "./Ocmf.sol";

/// @title Checks OCMF records: signature, binding, billability
abstract contract OcmfProofs is Ocmf, IOcmfVerifier {
    /// @dev Order of secp256k1 (SEC 2, section 2.4.1).
    uint256 private constant K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    /// @dev Registers are in millionths of a Wh.
    uint256 private constant PER_WH = 1e6;

    uint256 private constant ID_TAG_BYTES = 20;

    uint256 private constant EACH_BYTE = type(uint256).max / 0xff;

    /// @inheritdoc IOcmfVerifier
    function provenWh(
        ProofBinding calldata binding,
        bytes calldata meterKey,
        MeterRecord[] calldata records
    ) external view returns (uint256) {
        bytes32 tag = bytes32(_idTag(binding.tagHash));
        bytes32 plain = tag | bytes32(ID_TAG_BYTES);
        bytes32 prefixed = _prefixed(binding.metering.idTagPrefix(), tag);
        Window memory window = Window(binding.opens, binding.closes);
        return _energyWh(binding.metering.meterAlgorithm(), meterKey, records, window, plain, prefixed);
    }

    /// @inheritdoc IOcmfVerifier
    function unboundWh(
        uint8 algorithm,
        bytes calldata meterKey,
        MeterRecord[] calldata records
    ) external view returns (uint256) {
        Window memory always = Window(0, type(uint64).max);
        return _energyWh(algorithm, meterKey, records, always, 0, 0);
    }

    /// @dev Begin and end are a pair, from one record or two. Pages must rise, and no pair may begin below the end of
    /// the previous one, so no record counts twice and no pairs overlap. At a register that restarts this cannot be
    /// seen: there one record with both readings is all of a proof. The sum is exact and rounded down once.
    function _energyWh(
        uint8 algorithm,
        bytes calldata meterKey,
        MeterRecord[] calldata records,
        Window memory window,
        bytes32 plain,
        bytes32 prefixed
    ) private view returns (uint256) {
        Record memory last;
        bool open;
        uint256 sum;
        for (uint256 i = 0; i < records.length; ++i) {
            _requireSigned(algorithm, meterKey, records[i]);
            Record memory record = _parse(records[i].payload, window);
            bool bound = plain == 0 || record.id == plain || record.id == prefixed;
            if (!bound) revert Ocmf_Refused("ID");
            if (i != 0) _requireFollows(last, record);
            if (record.begins == open || (!record.begins && !record.ends)) revert Ocmf_Refused("pair");
            bool isAlone = records.length == 1 && record.begins && record.ends;
            if (record.restarts && !isAlone) revert Ocmf_Refused("RI");
            if (!record.begins) record.begin = last.begin;
            open = !record.ends;
            if (record.ends) {
                if (record.end < record.begin) revert Ocmf_Refused("register");
                sum += record.end - record.begin;
            } else {
                record.end = record.begin;
            }
            last = record;
        }
        if (open || records.length == 0) revert Ocmf_Refused("pair");
        return sum / PER_WH;
    }

    function _requireFollows(Record memory last, Record memory record) private pure {
        if (record.page <= last.page) revert Ocmf_Refused("PG");
        if (record.register != last.register) revert Ocmf_Refused("RI");
        if (record.begins && record.begin < last.end) revert Ocmf_Refused("register");
    }

    /// @dev The signature is over the exact bytes. Half of real meters sign with a high `s`, which OCMF allows: it is
    /// mirrored. Malleability does not matter here, since pages and registers prevent a record from counting twice.
    function _requireSigned(
        uint8 algorithm,
        bytes calldata meterKey,
        MeterRecord calldata record
    ) private view {
        if (meterKey.length != 64) revert Ocmf_Refused("meterKey");
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
        if (!valid) revert Ocmf_Refused("signature");
    }

    function _lowS(bytes32 s, uint256 order) private pure returns (bytes32) {
        uint256 number = uint256(s);
        return number > order / 2 && number < order ? bytes32(order - number) : s;
    }

    /// @dev 20 base32 characters (RFC 4648) of the hash's first 100 bits. Must equal protocol/idTag.ts. All
    /// characters at once: five steps split 160 bits into halves until each byte holds 5 of them, and the first 20
    /// bytes are the tag. A to Z are 0 to 25; higher values are mapped to the digits from 2 on.
    function _idTag(bytes32 tagHash) private pure returns (bytes20) {
        unchecked {
            uint256 x = uint256(tagHash) >> 96;
            x = _part(x, 48, 0x00000000000000000000000000000000000000000000ffffffffffffffffffff);
            x = _part(x, 24, 0x0000000000000000000000ffffffffff0000000000000000000000ffffffffff);
            x = _part(x, 12, 0x00000000000fffff00000000000fffff00000000000fffff00000000000fffff);
            x = _part(x, 6, 0x000003ff000003ff000003ff000003ff000003ff000003ff000003ff000003ff);
            x = _part(x, 3, 0x001f001f001f001f001f001f001f001f001f001f001f001f001f001f001f001f);
            uint256 above25 = ((x + EACH_BYTE * (0x7f - 25)) >> 7) & EACH_BYTE;
            return bytes20(bytes32(x + EACH_BYTE * 0x41 - above25 * (0x41 + 26 - 0x32)));
        }
    }

    /// @dev Leaves the bits of `low` where they are, and moves the others up.
    function _part(uint256 bits, uint256 shift, uint256 low) private pure returns (uint256) {
        return ((bits & ~low) << shift) | (bits & low);
    }

    /// @dev The pinned prefix without its trailing zeros, followed by the tag: short text, as `Span.text`.
    function _prefixed(bytes32 prefix, bytes32 tag) private pure returns (bytes32) {
        unchecked {
            uint256 bits;
            while ((prefix << bits) >> 248 != 0) bits += 8;
            bytes32 kept = prefix & ~(bytes32(type(uint256).max) >> bits);
            return kept | (tag >> bits) | bytes32(ID_TAG_BYTES + bits / 8);
        }
    }
}
