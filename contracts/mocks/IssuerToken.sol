// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title What a deployment probes of an issuer's token: decimals, domain, authorisations, blocklist, pause, fee
/// @notice Takes the shape of USDC, EURC, USDC.e or of a token that no market can use, by its constructor.
contract IssuerToken is ERC20 {
    /// @dev What the token has beside ERC-20.
    struct Shape {
        uint8 decimals;
        uint256 feeBp; // of each transfer, burnt
        bool hasAuthorizations;
        bool hasPermit;
        bool hasBlocklist;
        bool hasPause;
    }

    error Issuer_NoSuchFunction();

    bytes32 public immutable DOMAIN_SEPARATOR;

    Shape private _shape;

    constructor(
        string memory name_,
        string memory version,
        Shape memory shape,
        address holder
    ) ERC20(name_, name_) {
        _shape = shape;
        _mint(holder, 1_000_000 * 10 ** shape.decimals);
        DOMAIN_SEPARATOR = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256(bytes(name_)),
                keccak256(bytes(version)),
                block.chainid,
                address(this)
            )
        );
    }

    function authorizationState(address, bytes32) external view returns (bool) {
        if (!_shape.hasAuthorizations) revert Issuer_NoSuchFunction();
        return false;
    }

    function nonces(address) external view returns (uint256) {
        if (!_shape.hasPermit) revert Issuer_NoSuchFunction();
        return 0;
    }

    function isBlacklisted(address) external view returns (bool) {
        if (!_shape.hasBlocklist) revert Issuer_NoSuchFunction();
        return false;
    }

    function paused() external view returns (bool) {
        if (!_shape.hasPause) revert Issuer_NoSuchFunction();
        return false;
    }

    function decimals() public view override returns (uint8) {
        return _shape.decimals;
    }

    function _update(address from, address to, uint256 value) internal override {
        uint256 fee = from == address(0) || to == address(0) ? 0 : (value * _shape.feeBp) / 10_000;
        super._update(from, to, value - fee);
        if (fee != 0) super._update(from, address(0), fee);
    }
}
